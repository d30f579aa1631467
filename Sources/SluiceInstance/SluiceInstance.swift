// SluiceInstance
