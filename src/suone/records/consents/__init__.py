"""Who allowed whom to read what, until when: consents, other legal bases, disclosures."""
