"""What other programs take: lists for spreadsheets, results for test and code tools, a description."""
