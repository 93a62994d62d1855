"""How much annotators agree: Krippendorff's alpha, its distances and its intervals."""
