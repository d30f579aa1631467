// SluiceRelease
