"""Projects (工程项目): their facts, buildings and papers, stated once and used by every case."""
