"""The app's own kit: language and prose, stepping by hand, formulas, charts, trainings."""
