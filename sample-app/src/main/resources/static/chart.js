const LONGEST = 60_000;
const SHORTEST = 15_000;
const OUTAGE = 2000;

/**
 * A line on a canvas: the prices of the last minute, as sharp as the screen allows.
 */
export class Chart {

  #canvas;
  #points = [];

  constructor(canvas) {
    this.#canvas = canvas;
  }

  /**
   * Adds a point and forgets those that are too old.
   * @returns {{ value: number, change: number, seconds: number }} the last value, its change and over what time
   */
  add(time, value) {
    const points = this.#points;
    if (points.length > 0 && time < points.at(-1).time) {
      points.length = 0;
    }
    points.push({ time, value });
    while (points[0].time < time - LONGEST) {
      points.shift();
    }
    return { value, change: value - points[0].value, seconds: Math.round((time - points[0].time) / 1000) };
  }

  draw() {
    const points = this.#points;
    const canvas = this.#canvas;
    const { clientWidth: width, clientHeight: height } = canvas;
    if (points.length < 2 || width === 0) {
      return;
    }
    const ratio = window.devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }
    const style = getComputedStyle(canvas);
    const color = (name) => style.getPropertyValue(name);
    const context = canvas.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    context.font = style.font;

    const area = { left: 1, right: width - 52, top: 8, bottom: height - 20 };
    const end = points.at(-1).time;
    const span = Math.min(LONGEST, Math.max(SHORTEST, end - points[0].time));
    const values = points.map((point) => point.value);
    const padding = Math.max((Math.max(...values) - Math.min(...values)) * 0.12, 0.05);
    const low = Math.min(...values) - padding;
    const high = Math.max(...values) + padding;
    const x = (time) => area.right - (end - time) / span * (area.right - area.left);
    const y = (value) => area.bottom - (value - low) / (high - low) * (area.bottom - area.top);

    context.lineWidth = 1;
    context.strokeStyle = color("--grid");
    context.fillStyle = color("--muted");
    context.textBaseline = "middle";
    context.textAlign = "left";
    for (const value of round(low, high)) {
      const line = Math.round(y(value)) + 0.5;
      context.beginPath();
      context.moveTo(area.left, line);
      context.lineTo(area.right, line);
      context.stroke();
      context.fillText(value.toFixed(2), area.right + 10, line);
    }
    context.textBaseline = "alphabetic";
    context.fillText(`${Math.round(span / 1000)} s ago`, area.left, height - 4);
    context.textAlign = "right";
    context.fillText("now", area.right, height - 4);

    const line = new Path2D();
    const under = new Path2D();
    points.forEach(({ time, value }, i) => {
      if (i === 0 || time - points[i - 1].time > OUTAGE) {
        under.lineTo(x(points[i - 1]?.time ?? time), area.bottom);
        under.moveTo(x(time), area.bottom);
        line.moveTo(x(time), y(value));
      }
      under.lineTo(x(time), y(value));
      line.lineTo(x(time), y(value));
    });
    under.lineTo(area.right, area.bottom);
    context.fillStyle = color("--accent");
    context.globalAlpha = 0.12;
    context.fill(under);
    context.globalAlpha = 1;
    context.strokeStyle = color("--accent");
    context.lineWidth = 2;
    context.lineJoin = "round";
    context.stroke(line);
    context.beginPath();
    context.arc(area.right, y(values.at(-1)), 3.5, 0, 2 * Math.PI);
    context.fill();
  }

}

/** Round values between two bounds, two to four of them. */
function round(low, high) {
  const size = 10 ** Math.floor(Math.log10(high - low));
  const step = [0.2, 0.5, 1, 2, 5].map((factor) => factor * size).find((step) => (high - low) / step < 4);
  const values = [];
  for (let value = Math.ceil(low / step) * step; value <= high; value += step) {
    values.push(value);
  }
  return values;
}
