"""From votes to outcomes of jobs: fits, evaluations, and previews of a rule."""
