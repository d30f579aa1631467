// SluiceCertificate
