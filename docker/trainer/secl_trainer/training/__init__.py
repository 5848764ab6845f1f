"""What training computes: the definitions of src/training, in PyTorch where numbers are many."""
