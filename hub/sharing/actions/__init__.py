"""What changes the log of sharing: taking out, forwarding, declaring, confirming, correcting."""
