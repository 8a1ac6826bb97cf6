"""The Folium map, in one file that needs no network."""
