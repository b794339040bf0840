// A browser may keep nothing: its storage is full, or its user has switched it off. Dash would stop
// at the first component that keeps something. Here the page goes on, and where a record is not
// kept, the user is told.
(() => {
    const message =
        "Its storage is full or switched off. What you enter is lost when you reload or leave the page.";

    const tell = () => {
        // Not before there is a place for it.
        if (!document.getElementById("shell-theme-toggle")) return setTimeout(tell, 200);
        dash_clientside.shell.notify("Not kept in this browser", message);
    };

    const lose = (key) => {
        if (key.endsWith("-store")) tell();
    };

    const standIn = () => {
        const held = new Map();
        return {
            getItem: (key) => held.get(key) ?? null,
            setItem(key, value) {
                held.set(key, String(value));
                lose(key);
            },
            removeItem: (key) => held.delete(key),
        };
    };

    for (const name of ["localStorage", "sessionStorage"]) {
        try {
            window[name].getItem("");
        } catch {
            Object.defineProperty(window, name, { value: standIn() });
        }
    }

    const setItem = Storage.prototype.setItem;
    Storage.prototype.setItem = function (key, value) {
        try {
            setItem.call(this, key, value);
        } catch {
            lose(key);
        }
    };
})();
