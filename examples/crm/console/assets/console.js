// SPDX-FileCopyrightText: 2026 the shearline authors
// SPDX-License-Identifier: BSL-1.0
// Makes the console's pages more convenient. They work without it, except for copying to the clipboard.
'use strict';

const poll_every_ms = 1000;
const shown_for_ms = 60000;

const one = (selector, within = document) => within.querySelector(selector);
const all = (selector, within = document) => [...within.querySelectorAll(selector)];

// ---- times, in the reader's own zone ----

const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

function localise(time) {
    const at = new Date(time.dateTime);
    if (Number.isNaN(at.getTime())) return;
    time.title = at.toISOString();
    time.textContent = clock.format(at);
}

all('time').forEach(localise);

// ---- forms are sent once ----

document.addEventListener('submit', (event) => {
    if (event.defaultPrevented || event.target.method !== 'post') return;
    if (event.target.dataset.sent) {
        event.preventDefault();
        return;
    }
    event.target.dataset.sent = 'yes';
});

// A page restored from the browser's cache may be sent again.
window.addEventListener('pageshow', () => all('form').forEach((form) => delete form.dataset.sent));

// ---- dialogs ----

all('[data-closes]').forEach((button) => button.addEventListener('click', () => button.closest('dialog').close()));

const confirmation = one('#confirm-regenerate');
if (confirmation) {
    one('#ask-regenerate').addEventListener('submit', (event) => {
        event.preventDefault();
        confirmation.showModal();
    });
}

// ---- the key: reveal, hide, copy ----

const panel = one('[data-key-panel]');
const key_text = panel && one('.key-text', panel);

class password_needed extends Error {}

/// Asks for the key at `form`'s action. Throws `password_needed`, or an Error whose message is for the user.
async function fetch_key(form, password) {
    const fields = new URLSearchParams(new FormData(form));
    if (password !== undefined) fields.set('password', password);
    let answer;
    let body;
    try {
        answer = await fetch(form.action, {
            method: 'POST',
            headers: { Accept: 'application/json' },
            body: fields,
            credentials: 'same-origin',
            redirect: 'error',
        });
        body = await answer.json();
    } catch {
        throw new Error('The CRM does not answer. Try again in a moment.');
    }
    if (answer.ok) return body.key;
    if (body.error === 'password') throw new password_needed(body.message);
    throw new Error(body.message);
}

/// The password from the dialog; undefined if the user cancelled.
function ask_password(complaint) {
    const dialog = one('#ask-password');
    const input = one('input[type=password]', dialog);
    one('[role=alert]', dialog).textContent = complaint;
    input.value = '';
    return new Promise((resolve) => {
        let given;
        one('form', dialog).onsubmit = () => {
            given = input.value;
        };
        dialog.onclose = () => {
            input.value = '';
            resolve(given);
        };
        dialog.showModal();
    });
}

async function key_from(form) {
    try {
        return await fetch_key(form);
    } catch (problem) {
        if (!(problem instanceof password_needed)) throw problem;
    }
    let complaint = '';
    for (;;) {
        const password = await ask_password(complaint);
        if (password === undefined) return undefined;
        try {
            return await fetch_key(form, password);
        } catch (problem) {
            if (!(problem instanceof password_needed)) throw problem;
            complaint = problem.message;
        }
    }
}

function say(text, bad = false) {
    const status = one('.status', panel);
    status.classList.toggle('danger', bad);
    status.textContent = text;
}

if (key_text) {
    const reveal = one('form[data-reveals]', panel);
    const copy = one('form[data-copies]', panel);
    const reveal_button = reveal && one('button', reveal);
    let timer;

    const hide = () => {
        clearTimeout(timer);
        key_text.value = key_text.dataset.masked;
        panel.classList.remove('revealed');
        reveal_button.textContent = 'Reveal';
    };

    const show = (key) => {
        key_text.value = key;
        panel.classList.add('revealed');
        reveal_button.textContent = 'Hide';
        timer = setTimeout(() => {
            hide();
            say('The key is hidden again.');
        }, shown_for_ms);
    };

    if (reveal) {
        reveal.addEventListener('submit', async (event) => {
            event.preventDefault();
            if (panel.classList.contains('revealed')) {
                hide();
                say('The key is hidden.');
                return;
            }
            try {
                const key = await key_from(reveal);
                if (key === undefined) return;
                show(key);
                say('The key is shown, and hides itself in a minute.');
            } catch (problem) {
                say(problem.message, true);
            }
        });
        // Do not leave the key on a page that the user has left.
        window.addEventListener('pagehide', hide);
    }

    copy.hidden = !navigator.clipboard;
    copy.addEventListener('submit', async (event) => {
        event.preventDefault();
        try {
            const key = await key_from(copy);
            if (key === undefined) return;
            await navigator.clipboard.writeText(key);
            say('The key is copied.');
        } catch (problem) {
            const refused = problem instanceof DOMException;
            say(refused ? 'The browser does not let this page copy: reveal the key and copy it by hand.'
                        : problem.message, true);
        }
    });
}

// ---- contacts that arrive ----

const polled = one('[data-poll]');

function fill_row(row, contact) {
    row.dataset.uuid = contact.uuid;
    row.dataset.version = contact.version;
    all('[data-field]', row).forEach((cell) => {
        cell.textContent = contact[cell.dataset.field];
    });
    one('[data-archived]', row).hidden = !contact.archived;
    one('[data-conflict]', row).hidden = contact.conflict === '';
    const time = one('time', row);
    time.dateTime = contact.version;
    time.textContent = contact.updated;
    localise(time);
}

function show_rows(table, contacts) {
    const known = new Map(all('tbody tr', table).map((row) => [row.dataset.uuid, row]));
    const template = one('template', table.parentElement).content;
    const rows = contacts.map((contact) => {
        const row = known.get(contact.uuid) ?? template.firstElementChild.cloneNode(true);
        if (row.dataset.version !== contact.version) {
            fill_row(row, contact);
            row.classList.remove('arrived');
            requestAnimationFrame(() => row.classList.add('arrived'));
        }
        return row;
    });
    one('tbody', table).replaceChildren(...rows);
    table.hidden = rows.length === 0;
    one('[data-empty]').hidden = rows.length !== 0;
}

if (polled) {
    const live = one('[data-live]');
    const arrivals = one('[data-arrivals]');
    const total = one('[data-total]');
    let tag = '';
    let told = Number(total.textContent);
    let told_at = 0;

    const mark = (text, good) => {
        if (!live) return;
        live.hidden = false;
        live.textContent = text;
        live.classList.toggle('ok', good);
        live.classList.toggle('warn', !good);
    };

    const look = async () => {
        if (document.hidden) return true;
        const answer = await fetch(polled.dataset.poll, {
            headers: { Accept: 'application/json', ...(tag && { 'If-None-Match': tag }) },
            cache: 'no-store',
            credentials: 'same-origin',
            redirect: 'error',
        });
        if (answer.status === 401) {
            mark('Logged out: log in again', false);
            return false;
        }
        if (answer.status === 304) {
            mark('Live', true);
            return true;
        }
        if (!answer.ok) throw new Error(String(answer.status));
        const news = await answer.json();
        tag = answer.headers.get('ETag') ?? '';
        total.textContent = news.total;
        if (polled.tagName === 'TABLE') {
            show_rows(polled, news.rows);
            one('[data-pages]').textContent = news.pages;
        }
        mark('Live', true);
        // Announce news to screen readers at most every ten seconds, not for every record.
        if (arrivals && news.total !== told && Date.now() - told_at > 10000) {
            arrivals.textContent = `${news.total} contacts now`;
            told = news.total;
            told_at = Date.now();
        }
        return true;
    };

    const turn = async () => {
        let again = true;
        try {
            again = await look();
        } catch {
            mark('Waiting for the CRM', false);
        }
        if (again) setTimeout(turn, poll_every_ms);
    };
    turn();
}
