"""Full-text, semantic and hybrid search inside any slice, over the search index of a store."""
