// Zabbix media type "Webhook" for the desk: sends the parameters as they are, but for where they go.
var given = JSON.parse(value), body = {}, request = new HttpRequest(), answer, name;

for (name in given) {
    if (name !== 'url' && name !== 'token') {
        body[name] = String(given[name]);
    }
}
request.addHeader('Content-Type: application/json');
request.addHeader('Authorization: Bearer ' + given.token);
answer = request.post(given.url, JSON.stringify(body));
if (request.getStatus() < 200 || request.getStatus() > 299) {
    throw 'the desk answered ' + request.getStatus() + ': ' + answer;
}
return 'OK';
