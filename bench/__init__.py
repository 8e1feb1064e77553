"""What Threadwise costs, as ratios to the plain loop of the tutorials: ``python -m bench``."""
