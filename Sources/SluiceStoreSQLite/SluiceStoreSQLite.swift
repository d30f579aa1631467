// SluiceStoreSQLite
