// When the server does not answer a callback, Dash leaves the page as it is: buttons stay disabled
// and nothing tells why. Here the answer is made up, so that the callback ends with a message.
// A poll for a background job is sent again first: it changes nothing, and the server may be back
// soon, say after a restart.
(() => {
    const PATIENCE = 20_000;
    const PAUSE = 1_000;
    const send = window.fetch;

    const answer = async (url, options) => {
        try {
            const response = await send(url, options);
            return [502, 503, 504].includes(response.status) ? null : response;
        } catch {
            return null;
        }
    };

    const apology = (title, message) => {
        const note = {
            action: "show",
            id: `unanswered-${Date.now()}`,
            title,
            message,
            color: "red",
            autoClose: 8000,
        };
        const body = {
            multi: true,
            response: {},
            sideUpdate: { notifications: { sendNotifications: [note] } },
        };
        return new Response(JSON.stringify(body), {
            headers: { "Content-Type": "application/json" },
        });
    };

    window.fetch = async (url, options) => {
        if (!String(url).includes("_dash-update-component")) return send(url, options);
        const poll = String(url).includes("cacheKey=");
        const end = Date.now() + (poll ? PATIENCE : 0);
        let response = await answer(url, options);
        while (!response && Date.now() < end) {
            await new Promise((resume) => setTimeout(resume, PAUSE));
            response = await answer(url, options);
        }
        if (response?.status === 413) {
            return apology("That was too large", "The server refused it, so nothing was saved.");
        }
        return (
            response ?? apology("The server does not answer", "Please try again in a minute.")
        );
    };
})();
