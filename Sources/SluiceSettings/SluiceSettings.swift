// SluiceSettings
