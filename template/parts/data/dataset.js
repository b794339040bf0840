// Pages of data: the filters and the address, and how the table writes its cells.
window.dash_clientside = window.dash_clientside || {};

dash_clientside.dataset = {
    // What the filters let through, by column; a filter that lets all through is left out.
    collect(values, ids, view, before) {
        const { dataset, callback_context, no_update } = dash_clientside;
        dataset.views[view.page] ??= { ...view, path: location.pathname };
        if (!before) {
            dataset.speak(view);
            dataset.fit(view);
            const asked = dataset.read(view);
            dataset.show(view, asked);
            return [asked, dataset.turn(view)];
        }
        const criteria = {};
        ids.forEach(({ column }, place) => {
            dataset.say(view, column, values[place]);
            const wanted = dataset.wanted(values[place], view.filters[column]);
            if (wanted !== undefined) criteria[column] = wanted;
        });
        if (JSON.stringify(criteria) === JSON.stringify(before)) return [no_update, no_update];
        dataset.write(view, criteria);
        return [criteria, dataset.turn(view)];
    },

    // The server leaves a question of this page unanswered once it has a later one.
    turn({ page }) {
        const { dataset } = dash_clientside;
        return { by: `${dataset.visit} ${page}`, number: ++dataset.turns, ...dataset.language() };
    },
    visit: crypto.getRandomValues(new Uint32Array(4)).join("-"),
    turns: 0,

    views: {},
    moved: -Infinity,

    // How the visitor writes numbers and days.
    language() {
        return (dash_clientside.dataset.spoken ??= dash_clientside.dataset.learnt());
    },

    learnt() {
        const parts = new Intl.NumberFormat().formatToParts(1234567.5);
        const mark = (type) => parts.find((part) => part.type === type)?.value ?? "";
        const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR" }).formatToParts(1);
        const forms = { day: "%d", month: "%m", year: "%Y" };
        const known = { calendar: "gregory", year: "numeric", month: "2-digit", day: "2-digit" };
        const day = new Intl.DateTimeFormat(undefined, known);
        return {
            decimal: mark("decimal"),
            group: mark("group"),
            before: money[0].type === "currency",
            day: day.formatToParts(new Date(2024, 0, 2)).map(({ type, value }) => forms[type] ?? value).join(""),
        };
    },

    // The axes of the charts, which Plotly would write in English, and the filters of days.
    speak({ page, charts, config, filters }) {
        const { decimal, group, day } = dash_clientside.dataset.language();
        const names = (count, options, at) =>
            Array.from({ length: count }, (_, n) => new Intl.DateTimeFormat(undefined, options).format(at(n)));
        const month = (n) => new Date(2024, n, 15);
        const weekday = (n) => new Date(2024, 8, 1 + n);  // a Sunday is the first
        const format = {
            decimal,
            thousands: group,
            date: day,
            months: names(12, { month: "long" }, month),
            shortMonths: names(12, { month: "short" }, month),
            days: names(7, { weekday: "long" }, weekday),
            shortDays: names(7, { weekday: "short" }, weekday),
        };
        const locales = { visitor: { dictionary: {}, format } };
        charts.forEach((_, place) => {
            const id = { place, type: `${page}-chart` };
            dash_clientside.set_props(id, { config: { ...config, locale: "visitor", locales } });
        });
        const valueFormat = day.replace("%d", "DD").replace("%m", "MM").replace("%Y", "YYYY");
        for (const [column, { kind }] of Object.entries(filters)) {
            if (kind === "dates") dash_clientside.set_props({ column, type: `${page}-filter` }, { valueFormat });
        }
    },

    // On a phone the table has few columns; a click shows a row in full.
    async fit({ table, wide }) {
        const api = await dash_ag_grid.getApiAsync(table);
        const small = matchMedia("(max-width: 47.99em)");
        const show = () => api.isDestroyed() || api.setColumnsVisible(wide, !small.matches);
        small.addEventListener("change", show);
        show();
    },

    wanted(value, filter) {
        if (value == null || value.length === 0) return undefined;
        if (filter.kind === "list") return value;
        if (filter.kind === "text") return value.trim() || undefined;
        const [from, to] = value;
        if (from == null || to == null) return undefined;
        if (filter.kind === "range" && from <= filter.min && to >= filter.max) return undefined;
        return { from, to };
    },

    // With several pages at one address each has its own keys.
    key: ({ page }, name) => (dash_clientside.sections ? `${page}.${name}` : name),

    // An end of a range in an address, where anything may stand. Others compare as false.
    ends: {
        range: (text) => (/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text) ? Number(text) : undefined),
        dates: (text) => {
            const known = /^(?!0000)\d{4}-\d\d-\d\d$/.test(text) && !isNaN(Date.parse(text));
            return known && new Date(text).toJSON().startsWith(text) ? text : undefined;
        },
    },

    read(view) {
        const { dataset } = dash_clientside;
        const query = new URLSearchParams(location.search);
        const criteria = {};
        for (const [column, filter] of Object.entries(view.filters)) {
            const found = query.getAll(dataset.key(view, filter.name));
            if (!found.length) continue;
            if (filter.kind === "list") criteria[column] = found;
            else if (filter.kind === "text") criteria[column] = found[0];
            else {
                const ends = found[0].split("..").map(dataset.ends[filter.kind]);
                const [from, to] = ends;
                if (ends.length === 2 && from <= to) criteria[column] = { from, to };
            }
        }
        return criteria;
    },

    write(view, criteria) {
        const { dataset } = dash_clientside;
        const query = new URLSearchParams(location.search);
        for (const [column, filter] of Object.entries(view.filters)) {
            const name = dataset.key(view, filter.name);
            query.delete(name);
            const wanted = criteria[column];
            if (Array.isArray(wanted)) wanted.forEach((value) => query.append(name, value));
            else if (wanted?.from !== undefined) query.set(name, `${wanted.from}..${wanted.to}`);
            else if (wanted) query.set(name, wanted);
        }
        const search = query.size ? `?${query}` : "";
        if (search === location.search) return;
        // Filters that follow the address may pass a state in between, which is no step of the visitor's.
        const change = performance.now() - dataset.moved < 2000 ? "replaceState" : "pushState";
        history[change](history.state, "", `${location.pathname}${search}${location.hash}`);
    },

    // Let the filters show the criteria; `collect` runs after this and finds nothing new.
    show(view, criteria) {
        for (const column of Object.keys(view.filters)) {
            dash_clientside.dataset.set(view, column, criteria[column]);
        }
    },

    set(view, column, wanted) {
        const filter = view.filters[column];
        const none = { list: [], text: "", dates: null, range: [filter.min, filter.max] };
        const value = wanted?.from !== undefined ? [wanted.from, wanted.to] : wanted;
        const id = { column, type: `${view.page}-filter` };
        dash_clientside.set_props(id, { value: value ?? none[filter.kind] });
    },

    // The words of a range, beside its slider.
    say(view, column, value) {
        const filter = view.filters[column];
        if (filter.kind !== "range" || !value) return;
        const whole = value.every(Number.isInteger);
        const words = value.map((end) => dashMantineFunctions.datasetNumber(end, { ...filter, whole }));
        const description = words.join(" \u2013 ");
        const id = { column, type: `${view.page}-range` };
        if (dash_component_api.getLayout(id)?.props.description === description) return;
        dash_clientside.set_props(id, { description });
    },

    clear(_clicks, _chips, view) {
        const { triggered, inputs_list } = dash_clientside.callback_context;
        const clicked = triggered.find(({ value }) => value);
        if (!clicked) return dash_clientside.no_update;
        const chip = clicked.prop_id.startsWith("{") && JSON.parse(clicked.prop_id.split("}.")[0] + "}");
        const columns = chip ? [chip.column] : Object.keys(view.filters);
        columns.forEach((column) => dash_clientside.dataset.set(view, column));
        const chips = inputs_list[1].map(({ id }) => id.column);
        const place = chips.indexOf(chip.column);
        const next = chip ? chips[place + 1] ?? chips[place - 1] : undefined;
        const type = `${view.page}-${next ? "chip" : "filter"}`;
        dash_clientside.dataset.next = JSON.stringify({ column: next ?? chips[0] ?? columns[0], type });
        return dash_clientside.no_update;
    },

    // A button that goes away hands the focus on, unless the visitor has moved it.
    async land(_chips, view) {
        const { dataset, no_update } = dash_clientside;
        const wanted = dataset.next;
        delete dataset.next;
        await new Promise((resume) => setTimeout(resume, 50)); // React has removed it
        if (!wanted || !document.activeElement.matches("body, .dataset-chips *")) return no_update;
        const focusable = "input, button, [role=slider]";
        const found = document.getElementById(wanted);
        const place = found?.matches(focusable) ? found : found?.querySelector(focusable);
        // On a phone the filters may be folded.
        (place?.offsetParent ? place : document.getElementById(`${view.page}-fold`))?.focus();
        return no_update;
    },

    // A click on a bar filters by it; a second one takes that away.
    choose(_clicks, view, criteria) {
        const { triggered } = dash_clientside.callback_context;
        const point = triggered[0]?.value?.points?.[0];
        const place = triggered[0] && JSON.parse(triggered[0].prop_id.split("}.")[0] + "}").place;
        const column = view.charts[place];
        if (!point?.customdata || !view.filters[column]) return dash_clientside.no_update;
        const same = criteria[column]?.length === 1 && criteria[column][0] === point.customdata;
        dash_clientside.dataset.set(view, column, same ? undefined : [point.customdata]);
        // The same bar can be clicked again.
        dash_clientside.set_props(JSON.parse(triggered[0].prop_id.split("}.")[0] + "}"), { clickData: null });
        return dash_clientside.no_update;
    },

    fold: (clicks) => (clicks % 2 ? ["dataset-filters open", "true"] : ["dataset-filters", "false"]),

    async release(opened, id) {
        if (!opened) (await dash_ag_grid.getApiAsync(id)).deselectAll();
        return dash_clientside.no_update;
    },

    async purge(_criteria, id) {
        const table = await dash_ag_grid.getApiAsync(id);
        table.deselectAll();
        table.purgeInfiniteCache();
        return dash_clientside.no_update;
    },
};

// Back, forward, and a link to the page itself: its filters follow the address.
for (const moved of ["popstate", "_dashprivate_pushstate"]) {
    addEventListener(moved, () => {
        const { views, read, show } = dash_clientside.dataset;
        dash_clientside.dataset.moved = performance.now();
        for (const view of Object.values(views)) {
            const id = JSON.stringify({ column: Object.keys(view.filters)[0], type: `${view.page}-filter` });
            if (view.path === location.pathname && document.getElementById(id)) show(view, read(view));
        }
    });
}

// Numbers and dates in the visitor's language, and the signs of currencies, as in `language.py`.
const currencies = {
    ...{ $: "USD", "€": "EUR", "£": "GBP", "¥": "JPY", R$: "BRL", "₹": "INR", "₩": "KRW", "₽": "RUB" },
    ...{ "₺": "TRY", "₫": "VND", "₴": "UAH", "₱": "PHP", "₪": "ILS", "₦": "NGN", "฿": "THB" },
};
// A number by few digits, as `language.py` writes it: 3.05M, 433.6k, 8,500, 7.25, 4e-7.
const sizes = { T: 1e12, B: 1e9, M: 1e6, k: 1e3 };
const short = (value, whole = Number.isInteger(value)) => {
    const size = Number(Math.abs(value).toPrecision(4));
    const power = Math.max(Math.floor(Math.log10(size)), -300);
    const [sign, least] =
        size >= 1e15 || (size && size < 1e-4)
            ? [`e${power}`, 10 ** power]
            : Object.entries(sizes).find(([, least]) => size >= Math.max(least, 1e4)) ?? [];
    const most = Math.abs(value) < 10 * least ? 2 : 1;
    if (sign) return (value / least).toLocaleString(undefined, { maximumFractionDigits: most }) + sign;
    if (whole) return value.toLocaleString();
    const two = { minimumFractionDigits: 2, maximumFractionDigits: 2 };
    return value.toLocaleString(undefined, value && Math.abs(value) < 0.01 ? { maximumSignificantDigits: 2 } : two);
};
const withUnit = (text, unit) => {
    if (!currencies[unit] || !dash_clientside.dataset.language().before) return unit ? `${text}\u00a0${unit}` : text;
    return /^[-−]/.test(text) ? `-${unit}${text.slice(1)}` : `${unit}${text}`;
};

// A day or a time as `language.py` writes it. It stays a text, because a date of the browser's has a time zone.
const moment = (value) => {
    const [date, time] = value.split(" ");
    const [year, month, day] = date.split("-");
    const { day: form } = dash_clientside.dataset.language();
    const text = form.replace("%d", day).replace("%m", month).replace("%Y", year);
    return time ? `${text} ${time.replace(/\..*/, "").replace(/:00$/, "")}` : text;
};

window.dashAgGridFunctions = window.dashAgGridFunctions || {};
dashAgGridFunctions.datasetCell = ({ value, colDef, node, column }) => {
    if (value == null) return "";
    const { type, unit, decimals } = colDef.context;
    if (type === "boolean") return value ? "Yes" : "No";
    if (type === "date" || type === "datetime") return moment(value);
    if (type !== "number" && !(type === "integer" && colDef.type)) return String(value);
    if (unit === "%") {
        const least = { minimumFractionDigits: decimals, maximumFractionDigits: 2 };
        return value.toLocaleString(undefined, { style: "percent", ...least });
    }
    // A sum needs no cents.
    const most = node?.rowPinned ? (Math.abs(value) < 1000 ? 2 : 0) : 6;
    const small = value && Math.abs(value) < (node?.rowPinned ? 0.01 : 1e-6);
    const currency = currencies[unit];
    const fractions = { minimumFractionDigits: node?.rowPinned ? 0 : decimals, maximumFractionDigits: most };
    const digits = small && !currency ? { maximumSignificantDigits: 2 } : fractions;
    const style = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
    const text = currency
        ? value.toLocaleString(undefined, { ...style, ...(most ? {} : digits) })
        : withUnit(value.toLocaleString(undefined, digits), unit);
    // Without its last digits it would read as another number. Decimals may be missing, and then thousands.
    const rounded = (most) => withUnit(value.toLocaleString(undefined, { maximumFractionDigits: most }), unit);
    const shorter = small || currency || Math.abs(value) < 100 ? [] : [rounded(2), rounded(0)];
    const fits = (one) =>
        30 + (node?.rowPinned ? 10 : 9) * one.length - 4 * one.replace(/[^.,\s]/g, "").length <= column.getActualWidth();
    const few = Math.abs(value) < 100 ? value : Math.round(value);
    return [text, ...shorter].find(fits) ?? withUnit(short(few), unit);
};
// After the first rows, too: on a slow phone columns get their widths before the grid has its listeners.
dashAgGridFunctions.datasetWidths = ({ api, columns }) =>
    api.refreshCells({ force: true, ...(columns ? { columns } : {}) });
dashAgGridFunctions.datasetKey = ({ event, node }) => {
    if (event.key === "Enter" && !node.rowPinned) node.setSelected(true);
};

window.dashMantineFunctions = window.dashMantineFunctions || {};
// A number of a range. A year is plain: it has no thousands separator.
dashMantineFunctions.datasetNumber = (value, { unit, plain, whole }) => {
    if (plain) return String(value);
    if (unit !== "%") return withUnit(short(value, whole), unit);
    return value.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
};

// A choice of a filter, with the number of its rows.
dashMantineFunctions.datasetChoice = ({ option }, { counts }) =>
    React.createElement(
        "span",
        { className: "dataset-choice" },
        React.createElement("span", null, option.label),
        React.createElement("span", null, counts[option.value]?.toLocaleString()),
    );
