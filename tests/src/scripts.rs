//! What the tests run in the page itself.

/// Finds what is visible and fits the selector, in this document and all open shadow roots.
pub(crate) const FIND: &str = "
    const find = (root, selector) => {
        for (const found of root.querySelectorAll(selector)) if (found.checkVisibility()) return found;
        for (const host of root.querySelectorAll('*')) {
            const found = host.shadowRoot && find(host.shadowRoot, selector);
            if (found) return found;
        }
        return null;
    };
    const [selector, done] = arguments;
";

/// All text that the page shows, for messages.
pub(crate) const TEXT: &str = "
    const texts = [];
    const read = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.shadowRoot) read(element.shadowRoot);
            else if (!element.firstElementChild && element.checkVisibility() && element.textContent.trim()
                && !['STYLE', 'SCRIPT'].includes(element.tagName)) texts.push(element.textContent.trim());
        }
    };
    read(document);
    return texts.join('\\n');
";

/// The accessibility checker that the page's own packages bring.
pub(crate) const AXE: &str = include_str!("../../web/node_modules/axe-core/axe.min.js");

/// Runs it; WCAG 2.2 A and AA, as issue and law ask for.
pub(crate) const RUN_AXE: &str = "
    ;const done = arguments[arguments.length - 1];
    const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    axe.run(document, { runOnly }).then(({ violations }) =>
        done(violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help}: ${target.flat().join(' ')}`))));
";

/// Adds up how far what stands in the window moved without anybody having done something (the layout instability
/// specification's shifts without recent input), from each document's beginning.
pub(crate) const COUNT_SHIFTS: &str = "
    window.shifts = 0;
    new PerformanceObserver((list) => {
        for (const { value, hadRecentInput } of list.getEntries()) if (!hadRecentInput) window.shifts += value;
    }).observe({ type: 'layout-shift', buffered: true });
";

/// What is told to somebody who does not see the page: the texts of its live regions.
pub(crate) const ANNOUNCED: &str = "
    const texts = [];
    const read = (root) => {
        for (const element of root.querySelectorAll('*')) {
            if (element.shadowRoot) read(element.shadowRoot);
            if (element.matches('[role=status], [role=alert], [aria-live]') && element.textContent.trim())
                texts.push(element.textContent.trim().replace(/\\s+/g, ' '));
        }
    };
    read(document);
    return texts.join('\\n');
";
