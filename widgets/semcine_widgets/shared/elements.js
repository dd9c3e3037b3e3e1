// Elements without innerHTML: a person's text can only ever become text.

// JupyterLab hears keys before the page does and takes "b", say, as "insert a cell below" unless told not to
const KEYS_STAY_HERE = { "data-lm-suppress-shortcuts": "true" };

/** make("button", {class: "x", onclick: f, "aria-label": "Play"}, "Play", otherElement) */
function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (typeof value === "boolean") element.toggleAttribute(name, value);
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Listen to a model until the view is gone: returns the function that stops it. */
function listen(model, handlers) {
  const pairs = Object.entries(handlers);
  for (const [event, handler] of pairs) model.on(event, handler);
  return () => pairs.forEach(([event, handler]) => model.off(event, handler));
}

/** Call tick(now in ms) before each repaint while the element can be seen. */
function animate(element, tick) {
  let visible = true;
  let request = 0;
  const step = (now) => {
    request = visible ? requestAnimationFrame(step) : 0;
    if (visible) tick(now);
  };
  const watcher = new IntersectionObserver((entries) => {
    visible = entries[entries.length - 1].isIntersecting;
    if (visible && !request) request = requestAnimationFrame(step);
  });
  watcher.observe(element);
  request = requestAnimationFrame(step);
  return () => {
    visible = false;
    watcher.disconnect();
    cancelAnimationFrame(request);
  };
}
