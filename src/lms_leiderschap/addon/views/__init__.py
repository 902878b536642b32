"""The pages of add-ons, for administrators."""
