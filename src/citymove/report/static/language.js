// Switches the page between English and Chinese. Texts stand in the page in both languages;
// attributes that hold words carry data-en and data-zh. The address keeps the choice (#zh).
"use strict";
(function () {
  const root = document.documentElement;
  const buttons = document.querySelectorAll("button[data-language]");

  function set(language) {
    root.lang = language === "zh" ? "zh-Hans" : "en";
    root.dataset.language = language;
    for (const button of buttons) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
    for (const node of document.querySelectorAll("[data-label-en]")) {
      node.setAttribute("aria-label", node.getAttribute("data-label-" + language));
    }
    for (const node of document.querySelectorAll("option[data-en]")) {
      node.textContent = node.getAttribute("data-" + language);
    }
    document.title = root.getAttribute("data-title-" + language);
    document.dispatchEvent(new CustomEvent("languagechange", { detail: language }));
  }

  function fromAddress() {
    if (location.hash === "#zh" || location.hash === "#en") set(location.hash.slice(1));
  }

  for (const button of buttons) {
    button.addEventListener("click", function () {
      set(button.dataset.language);
      history.replaceState(null, "", "#" + button.dataset.language);
    });
  }
  window.addEventListener("hashchange", fromAddress);
  set("en");
  fromAddress();
})();
