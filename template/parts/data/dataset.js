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
        const parts = new Intl.NumberFormat().formatToParts(1234567.5);
        const mark = (type) => parts.find((part) => part.type === type)?.value ?? "";
        const money = new Intl.NumberFormat(undefined, { style: "currency", currency: "EUR" }).formatToParts(1);
        const forms = { day: "%d", month: "%m", year: "%Y" };
        const day = new Intl.DateTimeFormat(undefined, { year: "numeric", month: "2-digit", day: "2-digit" });
        return {
            decimal: mark("decimal"),
            group: mark("group"),
            before: money[0].type === "currency",
            day: day.formatToParts(new Date(2024, 0, 2)).map(({ type, value }) => forms[type] ?? value).join(""),
        };
    },

    // The axes of the charts, which Plotly would write in English.
    speak({ page, charts, config }) {
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
    },

    // On a phone the table has few columns; a click shows a row in full.
    async fit({ table, wide }) {
        const api = await dash_ag_grid.getApiAsync(table);
        const small = matchMedia("(max-width: 48em)");
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
                let [from, to] = found[0].split("..");
                if (filter.kind === "range") [from, to] = [Number(from), Number(to)];
                const valid = filter.kind === "range" ? Number.isFinite : (day) => !isNaN(Date.parse(day));
                if (valid(from) && valid(to)) criteria[column] = { from, to };
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

    clear(_clicks, _chips, view) {
        const { triggered } = dash_clientside.callback_context;
        const clicked = triggered.find(({ value }) => value);
        if (!clicked) return dash_clientside.no_update;
        const chip = clicked.prop_id.startsWith("{") && JSON.parse(clicked.prop_id.split("}.")[0] + "}");
        const columns = chip ? [chip.column] : Object.keys(view.filters);
        columns.forEach((column) => dash_clientside.dataset.set(view, column));
        return dash_clientside.no_update;
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

    fold: (clicks) => (clicks % 2 ? "dataset-filters open" : "dataset-filters"),

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
window.dashAgGridFunctions = window.dashAgGridFunctions || {};
dashAgGridFunctions.datasetCell = ({ value, colDef, node, column }) => {
    if (value == null) return "";
    const { type, unit } = colDef.context;
    if (type === "boolean") return value ? "Yes" : "No";
    if (type === "date") return new Date(`${value}T00:00`).toLocaleDateString();
    if (type === "datetime") return new Date(value.replace(" ", "T")).toLocaleString();
    if (type !== "number" && !(type === "integer" && colDef.type)) return String(value);
    if (unit === "%") return value.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 2 });
    // A sum has no room for cents, and on a phone none for millions. Widths come late there.
    const narrow = column?.getActualWidth() < 150 || innerWidth < 768;
    const short = node?.rowPinned && Math.abs(value) >= 1e6 && narrow;
    const most = short ? 2 : node?.rowPinned ? (Math.abs(value) < 1000 ? 2 : 0) : 6;
    const notation = short ? "compact" : "standard";
    const small = value && Math.abs(value) < (node?.rowPinned ? 0.01 : 1e-6);
    const currency = currencies[unit];
    if (currency) {
        const digits = most ? {} : { maximumFractionDigits: 0 };
        const style = { style: "currency", currency, currencyDisplay: "narrowSymbol", notation };
        return value.toLocaleString(undefined, { ...style, ...digits });
    }
    const digits = small ? { maximumSignificantDigits: 2 } : { maximumFractionDigits: most };
    const text = value.toLocaleString(undefined, { ...digits, notation });
    return unit ? `${text} ${unit}` : text;
};

window.dashMantineFunctions = window.dashMantineFunctions || {};
dashMantineFunctions.datasetNumber = (value, { unit }) =>
    unit === "%"
        ? value.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 })
        : `${value.toLocaleString(undefined, { notation: "compact" })} ${unit}`.trim();

// A choice of a filter, with the number of its rows.
dashMantineFunctions.datasetChoice = ({ option }, { counts }) =>
    React.createElement(
        "span",
        { className: "dataset-choice" },
        React.createElement("span", null, option.label),
        React.createElement("span", null, counts[option.value]?.toLocaleString()),
    );
