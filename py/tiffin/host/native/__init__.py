"""What hosts in an ordinary Python have in common: stores, executors, interrupts by signals."""
