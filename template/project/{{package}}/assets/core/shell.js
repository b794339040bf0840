// In every layout: the mark on the current page, the menu of small screens, and notifications.
window.dash_clientside = window.dash_clientside || {};

dash_clientside.shell = {
    // The name of the page at an address, once it is marked; what has none is "not-found-404".
    locate(pathname, _hash, { pages }) {
        const { shell } = dash_clientside;
        return shell.mark(shell.find(pathname, pages) ?? "not-found-404", pages);
    },

    find(pathname, pages) {
        const trim = (path) => path.replace(/\/+$/, "");
        return Object.keys(pages).find((name) => trim(pages[name].path) === trim(pathname));
    },

    mark(current, pages) {
        for (const name of Object.keys(pages).filter((name) => name !== "not-found-404")) {
            const mark = name === current ? "page" : null;
            dash_clientside.set_props(`shell-nav-${name}`, { "aria-current": mark });
        }
        // Once the mark is drawn, because it makes the link wider.
        requestAnimationFrame(() => dash_clientside.shell.reveal(current));
        return current;
    },

    // The header has no room for the links of many pages. The current one moves into view.
    // `scrollIntoView` would move the page, too.
    reveal(current) {
        const nav = document.getElementById("shell-nav");
        const link = document.getElementById(`shell-nav-${current}`);
        if (!nav || !link) return;
        const [outer, inner] = [nav, link].map((one) => one.getBoundingClientRect());
        if (inner.left < outer.left || inner.right > outer.right) {
            nav.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
        }
        if (inner.top < outer.top || inner.bottom > outer.bottom) {
            nav.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
        }
    },

    // Tells the visitor something, once while it shows. It stays unless it has a time, in ms.
    notify(title, message, autoClose = false) {
        const note = { action: "show", id: `shell-${title}`, title, message, color: "red", autoClose };
        dash_clientside.set_props("shell-notifications", { sendNotifications: [note] });
    },

    menu(opened) {
        return [String(Boolean(opened)), opened ? "shell-open" : ""];
    },
};

(() => {
    const openMenu = () => document.querySelector("#shell-menu[aria-expanded=true]");
    const close = () => dash_clientside.set_props("shell-menu", { opened: false });

    // Not with every new address: scrolling changes it, too, and may just have ended.
    addEventListener("popstate", () => {
        if (openMenu()) close();
    });

    document.addEventListener("keydown", (event) => {
        const menu = openMenu();
        if (menu && event.key === "Escape") {
            close();
            menu.focus();
        }
    });
    // A click on a link counts, too: the link may lead to where one is.
    document.addEventListener("click", (event) => {
        const menu = openMenu();
        if (menu && !menu.contains(event.target)) close();
    });
})();
