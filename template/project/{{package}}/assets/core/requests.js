// Where a callback gets no result, Dash leaves the page as it is: buttons stay disabled and nothing
// tells why. Here the answer is made up, so that the callback ends with a message: whether a change
// was not saved, and what to do. A poll for a background job is sent again first: it changes
// nothing, and the server may be back soon, say after a restart.
(() => {
    const PATIENCE = 20_000;
    const PAUSE = 1_000;
    const send = window.fetch;
    const pause = (time) => new Promise((resume) => setTimeout(resume, time));

    const LOST = "Your last change was not saved.";
    const WHILE = 8000; // ms
    // A title, what to do, and how long it shows. Without a time it stays.
    const STRANGER = ["You are not signed in", "Reload the page and sign in again."];
    const OUTDATED = ["This page is out of date", "Reload the page."];
    const CAUSES = {
        400: OUTDATED, // the app has other callbacks now
        401: STRANGER,
        403: STRANGER,
        404: OUTDATED,
        413: ["That was too large", "The server refused it.", WHILE],
        429: ["Too many requests", "Please try again in a minute.", WHILE],
    };
    const AWAY = ["The server does not answer", "Please try again in a minute.", WHILE];
    const FAILED = ["Something went wrong", "Try again, or reload the page.", WHILE];

    // In debug mode Dash itself shows the errors of callbacks.
    const debug = () => JSON.parse(document.getElementById("_dash-config").textContent).ui;

    // The whole answer, or null: a server or a connection that is lost may be back soon.
    const answer = async (url, options) => {
        try {
            // No callback leads elsewhere, so a redirection is to where one signs in.
            const response = await send(url, { ...options, redirect: "manual" });
            if ([502, 503, 504].includes(response.status)) return null;
            if (response.type === "opaqueredirect" || response.status === 204) return response;
            return new Response(await response.text(), response);
        } catch {
            return null;
        }
    };

    const failure = (response) => {
        if (!response) return AWAY;
        if (response.type === "opaqueredirect") return STRANGER;
        if (response.status === 500 && debug()) return null;
        if (!response.ok) return CAUSES[response.status] ?? FAILED;
        const isJSON = response.headers.get("Content-Type")?.includes("json");
        return response.status === 204 || isJSON ? null : STRANGER;
    };

    // A table of AG Grid waits for its rows and asks for no others. So it gets rows without values.
    const UNKNOWN = -1; // as AG Grid has it for the number of rows
    const ROWS = /\.getRowsResponse(@.*)?$/;
    const tableOf = ({ body }) => {
        // To read the body takes time, and most have none.
        if (!body.includes(".getRowsResponse")) return undefined;
        const outputs = JSON.parse(body).output.replace(/^\.\.|\.\.$/g, "").split("...");
        return outputs.find((output) => ROWS.test(output))?.replace(ROWS, "");
    };

    // After an answer without rows, dash-ag-grid 35 hands the next one over in a timer, which it
    // cancels if React renders first. A table that still has none of its rows, with nothing on its
    // way, asks again. So does one that was purged since: its block waits for the lost answer.
    const onTheirWay = {};
    const askedAgain = {};
    const MOST = 3; // times, because a callback may have no rows to give
    const statesOf = (api) => Object.values(api.getCacheBlockState()).map(({ pageStatus }) => pageStatus);
    const waits = (api) => {
        const states = statesOf(api);
        return states.length
            ? states.some((state) => ["loading", "needsLoading"].includes(state))
            : !api.isLastRowIndexKnown();
    };
    const propertiesOf = (table) => {
        try {
            return dash_component_api.getLayout(table.startsWith("{") ? JSON.parse(table) : table).props;
        } catch {
            return {}; // the visitor has left its page
        }
    };
    const watch = async (table) => {
        for (let before; ; ) {
            await pause(PAUSE / 4);
            const { getRowsRequest: request, getRowsResponse: rows } = propertiesOf(table);
            const api = request?.api;
            if (onTheirWay[table] || !api || api.isDestroyed()) return;
            if (!waits(api)) {
                delete askedAgain[table];
                return;
            }
            if (request === before) {
                askedAgain[table] = (askedAgain[table] ?? 0) + 1;
                if (askedAgain[table] > MOST) return;
                // It frees the grid's place for a request. A block that waited for it loads at once.
                request.failCallback();
                if (!statesOf(api).includes("loading")) api.refreshInfiniteCache();
                return;
            }
            before = rows ? undefined : request;
        }
    };

    const made = (table) => {
        const response = table ? { [table]: { getRowsResponse: { rowData: [], rowCount: UNKNOWN } } } : {};
        return new Response(JSON.stringify({ multi: true, response }), {
            headers: { "Content-Type": "application/json" },
        });
    };

    // Records are in stores. A callback that changes none has nothing to save.
    const saves = ({ body }) => JSON.parse(body).output.includes("-store.data");

    const ask = async (url, options, table) => {
        const poll = String(url).includes("cacheKey=");
        const end = Date.now() + (poll ? PATIENCE : 0);
        let response = await answer(url, options);
        while ((!response || response.status === 429) && Date.now() < end) {
            await pause(PAUSE);
            response = await answer(url, options);
        }
        const cause = failure(response);
        if (cause) {
            const [title, advice, time] = cause;
            dash_clientside.shell.notify(title, saves(options) ? `${LOST} ${advice}` : advice, time);
            return made(table);
        }
        return response.status === 204 && table ? made(table) : response;
    };

    window.fetch = async (url, options) => {
        if (!String(url).includes("_dash-update-component")) return send(url, options);
        const table = tableOf(options);
        if (!table) return ask(url, options);
        onTheirWay[table] = (onTheirWay[table] ?? 0) + 1;
        const response = await ask(url, options, table);
        onTheirWay[table] -= 1;
        watch(table);
        return response;
    };
})();
