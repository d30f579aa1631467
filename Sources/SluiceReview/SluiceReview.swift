// SluiceReview
