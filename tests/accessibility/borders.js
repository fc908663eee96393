// Borders of fields and buttons that stand out too little: 3:1 against what lies around them (WCAG 2.2, 1.4.11).
// Tick boxes are the browser's own, and a button without border and background is text: axe judges that one.
() => {
  const parse = (text) => {
    const parts = (text.match(/[\d.]+/g) || [0, 0, 0, 0]).map(Number);
    return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : 1 };
  };
  const over = (top, below) => top.rgb.map((value, i) => value * top.alpha + below[i] * (1 - top.alpha));
  const around = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const colour = parse(getComputedStyle(at).backgroundColor);
      if (colour.alpha > 0) layers.push(colour);
      if (colour.alpha === 1) break;
    }
    return layers.reverse().reduce((below, top) => over(top, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [high, low] = [light(one), light(other)].sort((a, b) => b - a);
    return (high + 0.05) / (low + 0.05);
  };
  const faint = [];
  for (const element of document.querySelectorAll("input, select, textarea, button, a.btn")) {
    if (["hidden", "checkbox", "radio"].includes(element.type) || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    const outside = around(element.parentElement);
    const filling = parse(style.backgroundColor);
    const hasBorder = parseFloat(style.borderTopWidth) > 0 && parse(style.borderTopColor).alpha > 0;
    const isButton = element.matches("button, a, [type=submit]");
    if (isButton && !hasBorder && filling.alpha === 0) continue;
    const best = Math.max(
      hasBorder ? ratio(over(parse(style.borderTopColor), outside), outside) : 1,
      ratio(over(filling, outside), outside),
    );
    if (best < 3) faint.push(`${best.toFixed(2)}:1 ${element.outerHTML.slice(0, 120)}`);
  }
  return faint;
}
