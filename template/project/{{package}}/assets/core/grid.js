// AG Grid is larger than everything else together, so its script comes when the first table is
// rendered. Until then, and around it, this stands for Dash's component.
(() => {
    let library;

    const load = () => {
        library ??= new Promise((resolve, reject) => {
            const script = document.createElement("script");
            script.src = document.querySelector("meta[name=ag-grid]").content;
            script.onload = () => {
                const grid = window.dash_ag_grid;
                // The component stays the same, or React would make each table anew.
                window.dash_ag_grid = { ...grid, AgGrid };
                resolve(grid);
            };
            script.onerror = reject;
            document.head.append(script);
        }).catch((error) => {
            library = undefined; // the next table tries again
            throw error;
        });
        return library;
    };

    const AgGrid = (props) => {
        const [grid, setGrid] = React.useState(null);
        React.useEffect(() => {
            load().then(setGrid, console.error);
        }, []);
        return grid
            ? React.createElement(grid.AgGrid, props)
            : React.createElement("div", { id: props.id, style: props.style });
    };
    // As in the original.
    AgGrid.dashRenderType = true;
    AgGrid.dashPersistence = { persisted_props: ["selectedRows"], persistence_type: "local" };

    window.dash_ag_grid = {
        AgGrid,
        getApiAsync: (id) => load().then((grid) => grid.getApiAsync(id)),
    };
})();
