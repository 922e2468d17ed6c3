"""The one gate through which every row passes: names, addresses and text stop here, in memory."""
