"""PostgreSQL: projects, generations, erasures, halves."""
