// SluiceIngest
