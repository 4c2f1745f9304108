"""What leaves for other agencies and comes from them: parcels, receipts, statuses."""
