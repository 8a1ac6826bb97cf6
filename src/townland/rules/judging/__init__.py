"""What every kind of rule shares: the clause, the case, the finding and its trace."""
