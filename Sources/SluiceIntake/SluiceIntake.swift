// SluiceIntake
