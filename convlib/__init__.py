"""convlib: every convolution of deep learning, in NumPy, and from the same definition on torch tensors."""
