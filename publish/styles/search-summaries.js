// An anchor that stands alone before its heading has no text of its own to quote: then a result has no excerpt.
const quoted = Search.makeSearchSummary;
Search.makeSearchSummary = (...about) => quoted(...about) || document.createDocumentFragment();
