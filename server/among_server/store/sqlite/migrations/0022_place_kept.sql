-- Nothing yet: this number is kept for a step that is being written beside the next one.
SELECT 1;
