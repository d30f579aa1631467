// SluiceFormat
