"""A live kernel for agents, by the Model Context Protocol. Needs the library `mcp`."""
