// A page that is opened from disk may not read other pages: no excerpts there, and no errors.
if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;
