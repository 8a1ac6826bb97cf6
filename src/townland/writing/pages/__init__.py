"""What all pages share: their shell, colors, figures and closing tables."""
