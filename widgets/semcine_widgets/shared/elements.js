// What every view is made of: elements without innerHTML, and a follower of the model that ends with the view.

// JupyterLab hears keys before the page does and takes "b", say, as "insert a cell below" unless told not to
const KEYS_STAY_HERE = { "data-lm-suppress-shortcuts": "true" };

/** make("div", {class: "x", onclick: f, hidden: true}, "Text", otherElement): a person's text only ever becomes text. */
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

function makeButton(label, onclick, attributes = {}) {
  return make("button", { type: "button", onclick, ...attributes }, label);
}

/** A silent video that repeats. */
function makeVideo(attributes) {
  return Object.assign(make("video", attributes), { loop: true, muted: true, playsInline: true });
}

/** Do what a key means, if it means something, and let nobody else hear it. */
function handleKey(event, action) {
  if (!action) return;
  event.preventDefault();
  event.stopPropagation();
  action();
}

/** Follows a model until it leaves: reads traits, changes them, asks Python, and hears of changes. */
class Follower {
  constructor(model) {
    this.model = model;
    this.endings = []; // what is to be done when it leaves
  }

  get(name) {
    return this.model.get(name);
  }

  /** Change traits here and in Python. */
  say(changes) {
    for (const [name, value] of Object.entries(changes)) this.model.set(name, value);
    this.model.save_changes();
  }

  /** Ask Python to do something. */
  ask(what, more = {}) {
    this.model.send({ do: what, ...more });
  }

  /** Call `work` whenever one of the traits changes. */
  hear(names, work) {
    for (const name of names) {
      this.model.on(`change:${name}`, work);
      this.endings.push(() => this.model.off(`change:${name}`, work));
    }
  }

  /** Be one of the `listeners`, a Set of functions. */
  join(listeners, work) {
    listeners.add(work);
    this.endings.push(() => listeners.delete(work));
  }

  /**
   * Call tick(now in ms) before each repaint while the element can be seen.
   * Where it returns false it rests, until the function that is returned here wakes it.
   */
  animate(element, tick) {
    let visible = true;
    let request = 0;
    const step = (now) => {
      request = visible ? requestAnimationFrame(step) : 0;
      if (!visible || tick(now) !== false) return;
      cancelAnimationFrame(request);
      request = 0;
    };
    const wake = () => { if (visible && !request) request = requestAnimationFrame(step); };
    const watcher = new IntersectionObserver((entries) => {
      visible = entries[entries.length - 1].isIntersecting;
      wake();
    });
    watcher.observe(element);
    wake();
    this.endings.push(() => {
      visible = false;
      watcher.disconnect();
      cancelAnimationFrame(request);
    });
    return wake;
  }

  leave() {
    for (const end of this.endings) end();
  }
}
