// Comfort for the report: folding, sorting, filtering, and a cursor and zoom over the timeline. The page is complete
// without it. Reads what the page shows, writes with textContent only. ASCII only.
"use strict";

(function () {
    const svgNames = "http://www.w3.org/2000/svg";

    function element(name, text, parent) {
        const node = document.createElement(name);
        node.textContent = text;
        if (parent) parent.append(node);
        return node;
    }

    function shape(name, parent, attributes) {
        const node = document.createElementNS(svgNames, name);
        for (const key in attributes) node.setAttribute(key, attributes[key]);
        parent.append(node);
        return node;
    }

    // ---- long parts fold; paper shows them all ----

    function folding() {
        const folds = document.querySelectorAll("details.fold");
        folds.forEach((fold) => { fold.open = false; });
        addEventListener("beforeprint", () => folds.forEach((fold) => { fold.open = true; }));
        addEventListener("hashchange", () => {
            const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
            if (target) target.querySelectorAll("details.fold").forEach((fold) => { fold.open = true; });
        });
    }

    // ---- tables: sort by a column, filter rows ----

    function sortKey(row, column) {
        const cell = row.cells[column];
        if (!cell || cell.querySelector("i")) return null;
        const number = parseFloat(cell.dataset.n || cell.textContent.replace(/,/g, ""));
        return cell.align === "right" && !Number.isNaN(number) ? number : cell.textContent.toLowerCase();
    }

    function compare(a, b, sign) {
        if (a === null || b === null) return (a === null) - (b === null); // the unknown stays last
        if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
        return a < b ? -sign : a > b ? sign : 0;
    }

    function sortTable(table, heading, column) {
        const body = table.tBodies[0];
        const was = heading.getAttribute("aria-sort");
        const direction = was === "descending" || (!was && heading.align !== "right") ? "ascending" : "descending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        heading.setAttribute("aria-sort", direction);
        const rows = Array.from(body.rows, (row) => [sortKey(row, column), row]);
        rows.sort((a, b) => compare(a[0], b[0], direction === "ascending" ? 1 : -1));
        body.append(...rows.map((pair) => pair[1]));
    }

    function sorting() {
        document.querySelectorAll("table.sort").forEach((table) => {
            Array.from(table.tHead.rows[0].cells).forEach((heading, column) => {
                const text = heading.textContent;
                heading.textContent = "";
                element("button", text, heading).addEventListener("click", () => sortTable(table, heading, column));
            });
        });
    }

    function filtering() {
        const place = document.getElementById("details");
        const box = element("div", "");
        box.className = "tools";
        box.id = "filter";
        const label = element("label", "Filter the rows below: ", box);
        const input = element("input", "", label);
        input.type = "search";
        const count = element("output", "", box);
        place.before(box);
        input.addEventListener("input", () => {
            const wanted = input.value.trim().toLowerCase();
            let shown = 0, all = 0;
            place.querySelectorAll("table.sort > tbody > tr").forEach((row) => {
                const titles = Array.from(row.querySelectorAll("[title]"), (node) => node.title).join(" ");
                row.hidden = !(row.textContent + " " + titles).toLowerCase().includes(wanted);
                shown += !row.hidden;
                all++;
            });
            count.textContent = wanted ? shown + " of " + all + " rows on this page" : "";
        });
    }

    // ---- the timeline ----

    // "240:3,5;720:1" as a list of values by bucket.
    function values(text, columns) {
        const list = new Array(columns).fill(0);
        for (const run of (text || "").split(";").filter(Boolean)) {
            const parts = run.split(":");
            parts[1].split(",").forEach((value, i) => { list[+parts[0] + i] = +value; });
        }
        return list;
    }

    function niceStep(length, most) {
        const power = Math.pow(10, Math.floor(Math.log10(length / most)));
        return [1, 2, 5, 10].map((f) => f * power).find((step) => length / step <= most * (1 + 1e-9)) || 10 * power;
    }

    function timeline(figure) {
        const columns = +figure.dataset.columns, seconds = +figure.dataset.seconds;
        const grid = figure.querySelector("svg.grid"), lanes = Array.from(figure.querySelectorAll("svg.lane"));
        if (!grid || !(seconds > 0) || !columns) return;
        const left = +grid.getAttribute("x"), width = +grid.getAttribute("width"), height = +grid.getAttribute("height");
        const total = +figure.getAttribute("viewBox").split(" ")[2];
        const series = lanes.map((lane) => values(lane.dataset.v, columns)), hasValues = lanes.some((lane) => lane.dataset.v);
        const box = figure.parentElement;
        let from = 0, to = columns, at = -1, dragged = null;

        const tools = element("div", "");
        tools.className = "tools";
        const readout = element("p", "Move over the timeline for values; drag to zoom. Keys: arrows, +, -, 0.");
        readout.className = "readout";
        box.before(tools);
        box.after(readout);
        const line = shape("line", figure, { class: "cursor", y1: 0, y2: height, visibility: "hidden" });
        const brush = shape("rect", figure, { class: "brush", y: 0, height: height, width: 0, visibility: "hidden" });

        function redrawAxis() {
            figure.querySelectorAll("text.axis").forEach((text) => text.remove());
            grid.querySelectorAll("line").forEach((tick) => tick.remove());
            const start = from / columns * seconds, length = (to - from) / columns * seconds, step = niceStep(length, 10);
            const decimals = Math.max(0, Math.min(9, -Math.floor(Math.log10(step) + 1e-9)));
            for (let i = Math.ceil(start / step - 1e-9); i * step <= (start + length) * (1 + 1e-9); i++) {
                const column = i * step / seconds * columns;
                shape("line", grid, { class: "tick", stroke: "#d5dae0", x1: column, x2: column, y1: 0, y2: height,
                    "vector-effect": "non-scaling-stroke" });
                const text = shape("text", figure, { class: "axis", "text-anchor": "middle", y: height + 16,
                    x: left + (column - from) / (to - from) * width });
                text.textContent = (i * step).toFixed(decimals) + " s";
            }
        }

        function zoom(a, b) {
            const span = Math.max(10, Math.min(columns, b - a));
            from = Math.max(0, Math.min(columns - span, a));
            to = from + span;
            for (const plot of [grid, ...lanes])
                plot.setAttribute("viewBox", from + " 0 " + span + " " + plot.getAttribute("height"));
            redrawAxis();
            point(at);
        }

        function point(column) {
            at = Math.max(-1, Math.min(columns - 1, Math.floor(column)));
            if (at < from || at >= to) {
                line.setAttribute("visibility", "hidden");
                return;
            }
            const x = left + (at + 0.5 - from) / (to - from) * width;
            line.setAttribute("x1", x);
            line.setAttribute("x2", x);
            line.setAttribute("visibility", "visible");
            const moment = (at / columns * seconds).toFixed(3) + " s";
            const told = series.map((list, i) => [list[at], lanes[i]]).filter((pair) => pair[0] > 0)
                .map((pair) => pair[1].dataset.label + ": " + pair[0].toLocaleString("en") + " " + pair[1].dataset.unit);
            readout.textContent = moment + (hasValues ? ": " + (told.join("; ") || "nothing") : "");
        }

        function columnOf(event) {
            const rect = figure.getBoundingClientRect();
            const x = (event.clientX - rect.left) * total / rect.width;
            return from + (x - left) / width * (to - from);
        }

        figure.addEventListener("pointermove", (event) => {
            const column = Math.max(from, Math.min(to - 1e-6, columnOf(event)));
            point(column);
            if (dragged === null) return;
            const a = Math.min(dragged, column), b = Math.max(dragged, column);
            brush.setAttribute("x", left + (a - from) / (to - from) * width);
            brush.setAttribute("width", (b - a) / (to - from) * width);
            brush.setAttribute("visibility", "visible");
        });
        figure.addEventListener("pointerdown", (event) => {
            if (event.button === 0 && event.pointerType === "mouse") dragged = columnOf(event);
        });
        addEventListener("pointerup", (event) => {
            if (dragged === null) return;
            const a = dragged, b = Math.max(from, Math.min(to, columnOf(event)));
            dragged = null;
            brush.setAttribute("visibility", "hidden");
            if (Math.abs(b - a) > (to - from) / 100) zoom(Math.floor(Math.min(a, b)), Math.ceil(Math.max(a, b)));
        });

        function scale(factor) {
            const middle = at >= from && at < to ? at : (from + to) / 2, span = (to - from) * factor;
            zoom(Math.round(middle - span / 2), Math.round(middle + span / 2));
        }
        const actions = { "+": () => scale(0.5), "-": () => scale(2), "0": () => zoom(0, columns),
            ArrowLeft: () => point(at < 0 ? to - 1 : Math.max(from, at - 1)),
            ArrowRight: () => point(at < 0 ? from : Math.min(to - 1, at + 1)) };
        for (const [text, key] of [["Zoom in", "+"], ["Zoom out", "-"], ["Whole window", "0"]])
            element("button", text, tools).addEventListener("click", actions[key]);
        box.addEventListener("keydown", (event) => {
            if (!actions[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
            event.preventDefault();
            actions[event.key]();
        });
    }

    folding();
    sorting();
    filtering();
    const figure = document.getElementById("timeline-figure");
    if (figure) timeline(figure);
}());
