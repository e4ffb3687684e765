// Runs before the first paint, so that nobody who chose the dark sees a white flash. The content security policy allows no inline script.
(function () {
  var theme = 'system';
  try {
    theme = JSON.parse(localStorage.getItem('cloudtill.preferences') || '{}').theme || theme;
  } catch (error) {
    // Private windows may have no storage; the system's choice holds then.
  }
  var dark = theme === 'dark' || (theme === 'system' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.classList.toggle('dark', dark);
})();
