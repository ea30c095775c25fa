"""What to try: study files, interventions, runs, comparison."""
