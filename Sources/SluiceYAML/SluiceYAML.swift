// SluiceYAML
