// SluiceSystem
