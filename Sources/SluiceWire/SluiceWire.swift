// SluiceWire
